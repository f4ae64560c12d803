import { html, type Html, raw, table } from '../../evidence/report/html.js';
import { plainPage } from '../../evidence/report/page.js';
import { largest } from '../../model/largest.js';
import { targetFigures, type TargetSample } from './target-figures.js';

const [WIDTH, HEIGHT] = [900, 120];
const MIB = 1024 * 1024;

type Figure = 'cpuPercent' | 'rssBytes' | 'openFiles';

/** The looks at a process as a page: what they come to, and each figure over the time of the load. */
export function targetPage(name: string, samples: readonly TargetSample[]): Promise<string> {
  const { samples: looks, gone, cpuMean, cpuMax, rssMax, openFilesMax } = targetFigures(samples);
  const of = (value: number | undefined, unit = ''): string => (value === undefined ? 'not known' : `${value}${unit}`);
  const rows = [
    ['looks', String(looks)],
    ['looks at which it did not run', String(gone)],
    ['processor, mean and most', `${of(cpuMean, ' %')}, ${of(cpuMax, ' %')} of one`],
    ['memory, most', of(rssMax === undefined ? undefined : Math.round(rssMax / MIB), ' MiB')],
    ['open files, most', of(openFilesMax)],
  ];
  const body = html`<p>The process ${name}, with all that it started, while the load ran.</p>
${table([{ title: '' }, { title: '', of: 'figures' }], rows)}
${chart('Processor, percent of one', samples, 'cpuPercent')}
${chart('Memory, MiB', samples, 'rssBytes', MIB)}
${chart('Open files', samples, 'openFiles')}`;
  return plainPage('The process under load', body);
}

/** A line for each time in which the figure was known without a gap. */
function chart(title: string, samples: readonly TargetSample[], figure: Figure, unit = 1): Html {
  const values = samples.map((one) => one[figure]).filter((value) => value !== undefined);
  if (values.length === 0) return html`<h2>${title}</h2><p>Not known.</p>`;
  const top = Math.max(1, largest(values) ?? 1);
  const end = Math.max(1, samples.at(-1)?.atMs ?? 1);
  const lines: string[][] = [[]];
  for (const { atMs, [figure]: value } of samples) {
    if (value === undefined) lines.push([]);
    else lines.at(-1)?.push(`${((WIDTH * atMs) / end).toFixed(1)},${(HEIGHT - (HEIGHT * value) / top).toFixed(1)}`);
  }
  const drawn = lines.filter((one) => one.length > 0).map((one) => `<polyline points="${one.join(' ')}"/>`);
  return html`<h2>${title}</h2><figure><svg viewBox="0 -4 ${WIDTH} ${HEIGHT + 8}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#1a7f37" stroke-width="1.5" aria-hidden="true" focusable="false">${raw(drawn.join(''))}</svg><figcaption>0 to ${Math.round((top / unit) * 10) / 10}, over ${Math.round(end / 1000)} s</figcaption></figure>`;
}
