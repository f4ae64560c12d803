import { html, type Html, NOTHING, raw, withoutTricks } from './html.js';
import { STYLE } from './style.js';

/** How a page is headed. */
interface Head {
  title: string;
  /** By default that of every page. */
  style?: string;
  /** It holds images of its own; which page led to it is then told to nobody. */
  images?: true;
}

/**
 * A page that opens from a disk, without scripts and without anything from elsewhere. It depends on its arguments alone, so
 * the same go-live gives the same bytes.
 *
 * @param body all between `<body>` and `</body>`
 */
export async function pageOf({ title, style = STYLE, images }: Head, body: Html): Promise<string> {
  const policy = `default-src 'none'; style-src 'unsafe-inline';${images ? ' img-src data:;' : ''} base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${images ? html`<meta name="referrer" content="no-referrer">\n` : NOTHING}<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return withoutTricks(String(await page));
}

/** A page of a step: its title, and what it says. */
export function plainPage(title: string, body: Html): Promise<string> {
  return pageOf({ title }, html`<main>\n<h1>${title}</h1>\n${body}\n</main>`);
}
