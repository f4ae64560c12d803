import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../lab/kit/ports.js';
import { Project } from '../kits/cli.js';
import { commandsOf } from '../kits/doc-blocks.js';
import { runCommands } from '../kits/doc-run.js';
import { expectGenerated } from './generated.js';

describe('README.md', () => {
  let project: Project;
  let service: Server;
  let port: number;
  beforeAll(async () => {
    project = await Project.open();
    port = await freePort();
    service = createServer((_, response) => void response.end('ok'));
    await new Promise<void>((resolve) => service.listen(port, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    service.closeAllConnections();
    service.close();
    await project.close();
  }, 60_000);

  test('its diagram is what the command prints', async () => {
    const { code, stdout } = await project.run('plan', 'lcopilot-day3', '--mermaid');
    expect(code).toBe(0);
    expectGenerated('README.md', 'diagram', `\`\`\`mermaid\n${stdout.trim()}\n\`\`\``);
  });

  test('its five lines and the answers to them make a go-live that ends in GO', async () => {
    const commands = commandsOf('README.md').map(({ line, exitCode }) => ({
      line: line.replaceAll('8000', String(port)),
      exitCode,
    }));
    expect(commands.slice(0, 5).map(({ line }) => line.split(' ')[1])).toEqual([
      'new',
      'validate',
      'plan',
      'up',
      'start',
    ]);
    const { code, said } = await runCommands(project, commands);
    expect([code, said.slice(-3000)]).toEqual([0, said.slice(-3000)]);
    expect(said).toContain('GO: GO.');
  }, 180_000);
});
