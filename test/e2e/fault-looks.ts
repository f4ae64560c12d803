import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';

/** What is left when a fault of lcopilot-day3 was rehearsed, besides its verdict: what the requirement says of it, read. */

interface Left {
  bundle: string;
  /** The folder of the lab. */
  lab: string;
}

const text = (...parts: string[]): string => readFileSync(join(...parts), 'utf8');
const env = ({ lab }: Left): string => text(lab, 'stack', '.env');
const signoff = ({ bundle }: Left): string => text(bundle, 'data', 'DAY3_SIGNOFF.md');

/** What was told to the owners, in order. */
function alerts({ lab }: Left): string[] {
  const line = z.object({ body: z.string() });
  const body = z.object({ text: z.string() });
  const lines = text(lab, 'alerts-received.jsonl').trim().split('\n');
  return lines.map((one) => body.parse(JSON.parse(line.parse(JSON.parse(one)).body)).text);
}

const approvals = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    votes: z.array(z.object({ status: z.string(), reason: z.string().optional() })),
  }),
);

function approval({ bundle }: Left, id: string) {
  const found = approvals.parse(JSON.parse(text(bundle, 'data', 'approvals.json'))).find((one) => one.id === id);
  return {
    status: found?.status,
    reasons: found?.votes.filter((one) => one.status === 'counted').map((one) => one.reason),
  };
}

/** By fault; one without a look is judged by its verdict alone. */
export const LOOKS: Partial<Record<string, (left: Left) => void>> = {
  // The API reads it at its start: what the crash left there is a value that it refuses.
  'env-overwritten': (left) => {
    expect(env(left)).toMatch(/^# kept by hand\n/);
    expect(env(left)).toContain('OCR_ENABLED=true');
    expect(env(left)).not.toContain('lost');
  },
  'probe-no-answer': (left) => {
    // R2 has taken its changes back: the file was not there before. Stubs are on nowhere.
    expect(readdirSync(join(left.lab, 'stack'))).not.toContain('.env');
  },
  'uniform-block': (left) => {
    expect(env(left)).toContain('USE_STUBS=true');
    for (const page of [signoff(left), text(left.bundle, 'data', 'report.html')]) {
      expect(page).toContain('What blocked cases told');
      expect(page).toContain('LC-7-probe');
      expect(page).toMatch(/fields extracted 0, fields expected 0/);
    }
  },
  'block-mid-run': (left) => {
    const tripped = alerts(left).filter((one) => one.includes('a guard tripped'));
    expect(tripped).toHaveLength(1);
    expect(tripped[0]).toMatch(/Smoke × 2: a guard tripped\n20 cases, first run: Guard "Uniform block .*blockedShare/);
  },
  'smoke-drift': (left) => {
    expect(alerts(left).join('\n')).toMatch(/pass \(against the cycle before\) fell .*What is the root cause\?/);
    const { status, reasons } = approval(left, 'smoke-drift.after');
    expect([status, reasons]).toEqual(['approved', [expect.stringContaining('ticket LC-40')]]);
    expect(signoff(left)).toContain('ticket LC-40');
  },
  'full-run-regression': (left) => {
    const asked = alerts(left).filter((one) => one.includes('Which fix allows another full run (attempt 2)?'));
    expect(asked).toEqual([expect.stringContaining('--as cto --reason "fix=…; by=…; reference=…"')]);
    const { status, reasons } = approval(left, 'full.2');
    expect([status, reasons]).toEqual(['approved', [expect.stringMatching(/^fix=.*; by=Dana; reference=LC-42$/)]]);
    for (const page of [signoff(left), text(left.bundle, 'data', 'report.html')])
      expect(page).toContain('by=Dana; reference=LC-42');
  },
  drift: (left) => {
    // The first run asks for no fix.
    expect(approval(left, 'full.2')).toEqual({ status: 'not-asked', reasons: [] });
  },
};

/** What a rehearsal left, from its bundle and its state folder: the newest lab is its own. */
export function leftBy(bundle: string, state: string): Left {
  const numbers = readdirSync(join(state, 'labs')).map((name) => Number(name.split('-').at(-1)));
  return { bundle, lab: join(state, 'labs', `lc-${Math.max(...numbers)}`) };
}
