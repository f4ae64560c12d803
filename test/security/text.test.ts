import { describe, expect, test } from '@jest/globals';
import { asId } from '../../model/plan/address.js';
import { NO_EXTRAS } from '../../evidence/report/extras.js';
import { renderReport } from '../../evidence/report/render.js';
import { signoffText } from '../../evidence/report/signoff.js';
import { board as terminalBoard } from '../../client/render/board.js';
import { PLAIN as plain } from '../../client/render/style.js';
import { clean, cleanLines } from '../../client/render/text.js';
import { verdictBlock } from '../../client/render/verdict.js';
import { board as markdownBoard } from '../../model/state/board.js';
import type { GoLiveState } from '../../model/state/state.js';
import { goState } from '../kits/state-fixture.js';

const ESC = '\u001b';
const TERMINAL = [
  `${ESC}[2J`,
  `${ESC}[31mred`,
  `${ESC}]0;title\u0007`,
  `${ESC}]8;;http://evil.example${ESC}\\link`,
  `${ESC}]52;c;aGk=\u0007`,
  `${ESC}P+q544e${ESC}\\`,
  `${ESC}c`,
  `${ESC}[?1049h`,
  `${ESC}[6n`,
  `${ESC}(0`,
  '\u009b31m',
  '\u009d0;x\u009c',
  '\u0090x\u009c',
  '\b\b\bGO',
  '\rGO',
  '\r\nGO',
  '\u0007',
  '\u0000',
  '\u000b',
  '\u000c',
  '\u007f',
  '\u0085GO',
  '\u2028GO',
  '\u2029GO',
  '\u202eog\u202c',
  '\u2066x\u2069',
  '\u200f',
  '\u061c',
  '\u200b',
  '\ufeff',
  '\u00ad',
  '\u{e0041}',
  '\u180e',
];
const HTML = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '</td></table><script>x</script>',
  '"><script>x</script>',
  "' onmouseover='x",
  '<a href="javascript:alert(1)">x</a>',
  '<iframe srcdoc="<script>x</script>">',
  '<style>*{display:none}</style>',
  '<base href="http://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=http://evil.example">',
  '<link rel=stylesheet href=http://evil.example>',
  '<form action=http://evil.example><input></form>',
  '<object data=x>',
  '<embed src=x>',
  '<math><mtext></mtext></math>',
  '<!-- comment',
  '-->',
  ']]>',
  '<![CDATA[',
  '&lt;script&gt;',
  '&#60;script&#62;',
  '<ScRiPt>x</sCrIpT>',
  '<script\n>x</script\n>',
  '<details open ontoggle=alert(1)>',
  '<video><source onerror=alert(1)>',
  '<body onload=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<x onclick=alert(1)>',
  '<template><script>x</script></template>',
  '<noscript><img src=x></noscript>',
  '${alert(1)}',
  '{{constructor.constructor("x")()}}',
];
const MARKDOWN = [
  '[x](javascript:alert(1))',
  '[x](data:text/html,<script>x</script>)',
  '![x](http://evil.example/track.png)',
  '[x]: http://evil.example',
  '<http://evil.example>',
  '# GO',
  '## SOLID GREEN GO',
  '| a | b |\n|---|---|',
  '| GO |',
  '`code`',
  '```\nfence',
  '~~~',
  '---',
  '***',
  '> quoted',
  '- [x] approved',
  '1. one',
  '**GO**',
  '__GO__',
  '~~NO-GO~~',
  '\\',
  '\\|',
  'a|b',
  '&nbsp;',
  '<br>',
  'line\n\n# new',
  'line\r\n\r\n# new',
  '\n\n---\n\n',
  '[ ](x "y")',
  '<!--',
  'http://evil.example',
  'mailto:x@evil.example',
  '$$x$$',
  ':::danger',
  '[^1]',
  '<details>',
];
const PAYLOADS = [...TERMINAL, ...HTML, ...MARKDOWN];

/** A state with one text in every place that people or systems fill. */
function withText(text: string): GoLiveState {
  const state = structuredClone(goState());
  state.runbook.title = text;
  state.sentence = text;
  const [phase] = state.phases;
  if (phase) {
    Object.assign(phase, { title: text, sentence: text });
    for (const step of phase.steps)
      Object.assign(step, { title: text, summary: text, failure: { code: 'X', message: text, hint: text } });
    for (const gate of phase.gates) Object.assign(gate, { title: text, sentence: text, value: text });
  }
  for (const decision of state.decisions) Object.assign(decision, { title: text, sentence: text });
  for (const approval of state.approvals) {
    approval.question = text;
    for (const vote of approval.votes) Object.assign(vote, { by: text, reason: text, why: text });
  }
  for (const tick of state.checklist) Object.assign(tick, { text, by: text, note: text });
  state.waivers = [
    { gate: asId(text), role: 'cto', by: text, reason: text, at: state.startedAt, until: state.startedAt, used: true },
  ];
  state.refusals = [{ at: state.startedAt, message: 'approve', by: text, reason: text, hint: text }];
  state.breakGlass = [
    { approval: text, by: text, role: 'cto', reason: text, at: state.startedAt, reviewBy: state.startedAt },
  ];
  return state;
}

const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/u;

const headings = (markdown: string): number => markdown.split('\n').filter((line) => /^\s*#/.test(line)).length;

test('there are at least a hundred payloads', () => expect(PAYLOADS.length).toBeGreaterThanOrEqual(100));

describe('text from outside', () => {
  test.each(PAYLOADS.map((payload) => [JSON.stringify(payload), payload]))(
    '%s acts in no terminal and no Markdown',
    (_shown, payload) => {
      const state = withText(payload);
      // The terminal: nothing but visible text and line ends.
      const frame = { columns: 120, rows: 200, nowMs: Date.parse(state.startedAt) };
      const shown = [
        ...terminalBoard({ state, live: [] }, frame, plain),
        ...verdictBlock(state, plain, { columns: 120 }),
      ].join('\n');
      expect(shown).not.toMatch(UNSEEN);
      expect(clean(payload, 500)).not.toMatch(UNSEEN);
      expect(cleanLines(payload)).not.toMatch(UNSEEN);
      // Markdown of the Web UI: no active HTML, no link or picture, no heading of its own.
      const markdown = markdownBoard(state, Date.parse(state.startedAt));
      expect(markdown).not.toMatch(/(?<!\\)<(?!br>|br\/>)[a-z!/]/i);
      expect(markdown).not.toMatch(/(^|[^\\])!?\[[^\]\\]*\]\((javascript|data|http)/i);
      expect(headings(markdown)).toBe(headings(markdownBoard(withText('harmless'), Date.parse(state.startedAt))));
      expect(signoffText(state)).not.toMatch(UNSEEN);
    },
  );

  // Drawing a report takes a moment, so several payloads share one.
  const groups = Array.from({ length: Math.ceil(PAYLOADS.length / 12) }, (_, index) =>
    PAYLOADS.slice(index * 12, index * 12 + 12),
  );
  test.each(groups.map((group, index): [number, string] => [index, group.join(' x ')]))(
    'group %d acts in no report',
    async (_index, text) => {
      const report = await renderReport(withText(text), NO_EXTRAS);
      // Only what it writes itself is markup.
      expect(report).toContain("default-src 'none'");
      expect(report).not.toMatch(
        /<(script|img|iframe|object|embed|form|input|base|link|video|details open|body onload|math|x |noscript|template)/i,
      );
      // Values between quotes are text; what gets out of them would stand as an attribute.
      expect(report.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son[a-z]+\s*=/i);
      expect(report).not.toMatch(/http-equiv="refresh"|href="(javascript|data):/i);
    },
    60_000,
  );
});
