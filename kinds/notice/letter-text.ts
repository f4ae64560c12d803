/** What stands where a text was cut. */
const CUT = ' …';
/** Longest letter of a script that is looked at whole: a family with its tones of skin. */
const LONGEST_LETTER = 64;

/**
 * A text of at most so many UTF-16 units, cut between letters as people count them, with a mark. Halves of characters,
 * which receivers refuse, become the mark for what cannot be read.
 */
export function cutText(text: string, most: number): string {
  const whole = Buffer.from(text).toString();
  if (whole.length <= most) return whole;
  const room = most - CUT.length;
  let end = 0;
  const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { index, segment } of letters.segment(whole.slice(0, most + LONGEST_LETTER))) {
    if (index + segment.length > room) break;
    end = index + segment.length;
  }
  return whole.slice(0, end).trimEnd() + CUT;
}

/** Words that call everybody where a text is shown, also in what speaks like Slack: Mattermost, Rocket.Chat. */
const CALLS = /@(?=(?:channel|here|everyone|all|group)\b)/gi;
/** Invisible, and no letter of a word: a call with it in it is none. */
const WORD_JOINER = '\u2060';

/**
 * A text for Slack. Its markup of text (`*bold*`) stays; what could be a link or call somebody does not: `&`, `<` and `>`
 * are escaped as its documentation says, whoever put them there.
 */
export function slackText(text: string): string {
  return text
    .replace(/[&<>]/g, (one) => (one === '&' ? '&amp;' : one === '<' ? '&lt;' : '&gt;'))
    .replace(CALLS, `@${WORD_JOINER}`);
}
