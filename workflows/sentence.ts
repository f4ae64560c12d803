import { withStop } from '../model/text/with-stop.js';
import { changed } from './changes.js';

/** A sentence that another one follows. The text of a question is signed: what was asked before stays as it was asked. */
export function endedSentence(text: string): string {
  const stopped = withStop(text);
  return stopped !== text && changed('a-sentence-ends-before-its-question') ? stopped : text;
}
