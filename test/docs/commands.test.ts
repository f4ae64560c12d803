import { describe, test } from '@jest/globals';
import { commandSections, commandTable } from './command-pages.js';
import { expectGenerated } from './generated.js';

const page = 'docs/commands.md';

describe(page, () => {
  test('its overview is `golive --help`', () => expectGenerated(page, 'commands', commandTable()));
  test('its sections are the help of each command', () => expectGenerated(page, 'sections', commandSections()));
});
