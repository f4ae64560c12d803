import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHANGES } from '../../workflows/changes.js';
import { recordedHistories } from '../kits/histories.js';

const FOLDER = new URL('../../workflows', import.meta.url).pathname;
const texts = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const names = Object.keys(CHANGES);

/** Names of the changes that a recorded history came after. */
function markersOf(history: unknown): string[] {
  const { events = [] } = history as { events?: { markerRecordedEventAttributes?: unknown }[] };
  return events.flatMap(({ markerRecordedEventAttributes }) => {
    const marker = markerRecordedEventAttributes as
      | { markerName?: string; details?: Record<string, { payloads?: { data: string | Uint8Array }[] }> }
      | undefined;
    if (marker?.markerName !== 'core_patch') return [];
    return Object.values(marker.details ?? {}).flatMap(({ payloads = [] }) =>
      payloads.map(
        ({ data }) => (JSON.parse(Buffer.from(data as string, 'base64').toString('utf8')) as { id: string }).id,
      ),
    );
  });
}

describe('changes of workflow behaviour', () => {
  test('`patched` is called in the catalogue alone', () => {
    expect(texts.filter(({ text }) => /\bpatched\b/.test(text)).map(({ name }) => name)).toEqual(['changes.ts']);
  });

  test.each(names)('%s is asked for', (name) => {
    expect(texts.filter(({ text }) => text.includes(`changed('${name}')`)).length).toBeGreaterThan(0);
  });

  test('each came in a version that the changelog lists as released, or will be in the next', () => {
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    const known = [...changelog.matchAll(/^## \[(\d[^\]]*)\]/gm)].map(([, version]) => version);
    const unreleased = Object.values(CHANGES).filter(({ since }) => !known.includes(since));
    expect(known.length).toBeGreaterThan(0);
    expect(unreleased.map(({ since }) => since)).toEqual(unreleased.map(() => 'unreleased'));
  });

  test('every marker of the recorded histories is in the catalogue', async () => {
    const markers = (await recordedHistories()).flatMap(({ history }) => markersOf(history));
    expect(markers.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(markers));
  });
});
