import type { badgeUpdate as kind } from './badge.update.kind.js';
import { sha256 } from '../../evidence/durable.js';
import { putBack } from '../shared/backup.js';
import { changeFile } from '../shared/replace.js';
import { strictText } from '../shared/strict-text.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const badgeUpdate: HandlerOf<typeof kind> = {
  async do({ file, marker, label, message, colour, image, link }, context) {
    const path = context.path(file);
    const picture =
      image === undefined
        ? `![${label}: ${message}](https://img.shields.io/badge/${part(label)}-${part(message ?? '')}-${colour})`
        : `![${label}](${image})`;
    const badge = link === undefined ? picture : `[${picture}](${link})`;
    let next = '';
    const { written, said } = await changeFile(path, context, async (there) => {
      if (!there) throw new StepError('NOT_FOUND', `The file with the badge is not there: ${path}.`);
      const text = strictText(there, path);
      next = between(text, marker, badge, path);
      return next === text ? undefined : { content: Buffer.from(next) };
    });
    return {
      outputs: { changed: written, badge, digest: sha256(next) },
      summary: `${said} ${written ? 'says' : 'already says'} ${label}: ${message ?? image}`,
    };
  },
  undo: ({ file, marker }, context) =>
    putBack(context, (stands, before) => {
      if (!before) return undefined;
      try {
        const [now, earlier] = [strictText(stands, file), strictText(before, file)];
        const [place, was] = [placeOf(now, marker, file), placeOf(earlier, marker, file)];
        return Buffer.from(now.slice(0, place.from) + earlier.slice(was.from, was.to) + now.slice(place.to));
      } catch {
        // Without its markers it is put back whole.
        return undefined;
      }
    }),
};

/** A part of a static badge's address as shields.io reads it: - and _ are doubled, a blank is an underscore. */
function part(text: string): string {
  return encodeURIComponent(text.replaceAll('-', '--').replaceAll('_', '__').replaceAll(' ', '_'));
}

/** Where the text between the two markers begins and ends. */
function placeOf(text: string, marker: string, path: string): { from: number; to: number } {
  const [start, end] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from + start.length);
  const once = text.lastIndexOf(start) === from && text.lastIndexOf(end) === text.indexOf(end);
  if (from < 0 || to < 0 || !once) {
    throw new StepError('EXPECTATION_FAILED', `${path} does not hold ${start} and ${end} once, in this order.`, {
      hint: 'Put the two comments where the badge belongs.',
    });
  }
  return { from: from + start.length, to };
}

function between(text: string, marker: string, badge: string, path: string): string {
  const { from, to } = placeOf(text, marker, path);
  const inside = text.slice(from, to);
  // Line ends around the badge stay as they were.
  const [, before = '', after = ''] = /^(\s*)[\s\S]*?(\s*)$/.exec(inside) ?? [];
  return `${text.slice(0, from)}${before}${badge}${inside.trim() === '' ? '' : after}${text.slice(to)}`;
}
