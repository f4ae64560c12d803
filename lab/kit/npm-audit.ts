import { fileURLToPath } from 'node:url';

/**
 * An audit of what is used, as `security.scan` takes it: `audit.ts` plants what must be found.
 *
 * @param registry address of what is asked; by default the one that npm is configured with
 */
export function npmAudit(registry?: string): Record<string, unknown> {
  const program = fileURLToPath(new URL('./audit.js', import.meta.url));
  return {
    argv: [process.execPath, program, ...(registry === undefined ? [] : [registry])],
    version: ['npm', '--version'],
    report: {
      format: 'json',
      findings: '$.vulnerabilities.*',
      severity: '$.severity',
      map: { moderate: 'medium' },
      rule: '$.name',
      path: '$.nodes[*]',
      message: '$.range',
      proof: { canary: 'golive-planted' },
    },
  };
}
