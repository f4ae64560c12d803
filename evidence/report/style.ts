/** The report's one style sheet: by the reader's wish light or dark, generic fonts, narrow screens, A4 on paper. */
export const STYLE = `
:root{--ink:#1f2328;--soft:#57606a;--line:#d5dae0;--paper:#fff;--ground:#f4f6f8;--pale-bad:#fdf1ef;--pale-waived:#fff8e1;--loud:#7a3e00;--link:#0a4fa3;--alarm:#b42318;--go:#1a7f37;--no-go:#b42318;--waived:#9a6700;--inconclusive:#6e40c9;--pending:#57606a;color-scheme:light}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a3adb8;--line:#3a424b;--paper:#12161b;--ground:#1c2229;--pale-bad:#33191a;--pale-waived:#2f2713;--loud:#f0b75a;--link:#7fb4ff;--alarm:#ff8a7d;color-scheme:dark}
figure svg{filter:invert(.88) hue-rotate(180deg)}.watermark{color:#f0b75a}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:15px/1.5 sans-serif}
body{margin:0 auto;max-width:1020px;padding:0 28px 60px;position:relative;overflow-wrap:break-word}
h1{font-size:19px;margin:22px 0 2px;font-weight:600}
h2{font-size:18px;margin:40px 0 10px;padding-top:10px;border-top:2px solid var(--ink);break-after:avoid}
h3{font-size:15px;margin:22px 0 6px;break-after:avoid}
h4{font-size:13px;margin:14px 0 4px;color:var(--soft);font-weight:600;break-after:avoid}
p{margin:6px 0}
.soft{color:var(--soft)}.small{font-size:12.5px}
code,pre,.mono{font-family:monospace;font-size:12.5px}
.said{font-size:12.5px}.said summary{cursor:pointer;color:var(--soft)}
pre{background:var(--ground);border:1px solid var(--line);padding:10px 12px;white-space:pre-wrap;overflow-wrap:anywhere;margin:8px 0}
a{color:var(--link)}
.mode{position:sticky;top:0;z-index:3;margin:0 -28px;padding:6px 28px;background:#7a3e00;color:#fff;font-weight:600;letter-spacing:.03em;font-size:13px}
.mode.live{background:#1f2328}
.watermark{position:fixed;inset:0;display:flex;align-items:center;justify-content:center;pointer-events:none;z-index:2;font-size:84px;font-weight:800;color:#7a3e00;opacity:.055;transform:rotate(-28deg);white-space:nowrap;overflow:hidden}
.banner{margin:14px 0 12px;padding:18px 22px;color:#fff;display:grid;grid-template-columns:auto 1fr;gap:0 20px;align-items:center;break-inside:avoid}
.banner .sign{font-size:52px;line-height:1;grid-row:span 2}
.banner .words{font-size:36px;line-height:1.1;font-weight:800;letter-spacing:.01em;overflow-wrap:anywhere}
.banner .below{font-size:16px}
.fill-go{background:var(--go)}.fill-no-go{background:var(--no-go)}.fill-waived{background:var(--waived)}.fill-inconclusive{background:var(--inconclusive)}.fill-pending{background:var(--pending)}
.alarm{border:4px solid var(--alarm);color:var(--alarm);padding:10px 16px;font-weight:700;margin:10px 0;break-inside:avoid}
.lead{font-size:16px;margin:10px 0 14px}
.chip{display:inline-block;padding:1px 8px;border-radius:3px;color:#fff;font-size:12px;font-weight:700;white-space:nowrap;letter-spacing:.02em}
.facts{display:flex;flex-wrap:wrap;gap:1px;background:var(--line);border:1px solid var(--line);margin:14px 0;break-inside:avoid}
.facts div{flex:1 1 150px;background:var(--paper);padding:8px 12px}
.facts b{display:block;font-size:20px;line-height:1.25}
.facts span{font-size:12.5px;color:var(--soft)}
.scroll,.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:8px 0}
th{font-size:12px;color:var(--soft);text-align:left;font-weight:600;border-bottom:1px solid var(--ink);padding:4px 12px 4px 0;vertical-align:bottom}
td{padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;min-width:7em}
td.num,td.nowrap{overflow-wrap:normal;min-width:0}
tr{break-inside:avoid}
thead{display:table-header-group}
th.num{text-align:right}
td.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.nowrap{white-space:nowrap}
.bad{border-left:4px solid var(--alarm);padding:4px 0 4px 12px;margin:8px 0;break-inside:avoid;overflow-wrap:anywhere}
.warn{border-left:4px solid var(--waived);padding:4px 0 4px 12px;margin:8px 0;break-inside:avoid;overflow-wrap:anywhere}
.waivers{border:4px double var(--waived);background:var(--pale-waived);padding:12px 18px;margin:16px 0;break-inside:avoid}
.waivers h2{border:0;margin:0 0 4px;padding:0;color:var(--loud)}
.gates td{vertical-align:middle}
.gates .chart{width:262px;padding:2px 6px 0 0}
.gates .chart svg{display:block}
.gates .figures{width:158px;font-size:12.5px;line-height:1.4}
.gates .figures b{font-size:15px}
.gates .verdict{width:104px}
.failing td{background:var(--pale-bad)}
.waivedrow td{background:var(--pale-waived)}
figure{margin:8px 0;break-inside:avoid}
figure svg{max-width:100%;height:auto}
figcaption{font-size:12.5px;color:var(--soft)}
.matrix{width:auto}
.matrix td,.matrix th{border:1px solid var(--line);padding:5px 8px;text-align:center;min-width:58px}
.matrix th{white-space:nowrap;vertical-align:middle}
.matrix td.crit{outline:3px solid var(--alarm);outline-offset:-3px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:8px 28px}
.pair>div{overflow-x:auto}
.void{text-decoration:line-through;color:var(--soft)}
.evidence{margin:2px 0 0;padding:0;list-style:none;font-family:monospace;font-size:11.5px;color:var(--soft);overflow-wrap:anywhere}
@page{size:A4;margin:14mm 12mm 14mm}
@media print{
html{font-size:12px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{max-width:none;padding:0}
.mode{position:static;margin:0;padding:3px 10px;font-size:11px}
.gates .verdict{width:96px}.gates .chart{width:196px}.gates .chart svg{width:190px;height:auto}.gates .figures{width:132px}
.matrix td,.matrix th{min-width:0;padding:4px 8px}
td{min-width:0}
h2{margin-top:24px}
.pair{grid-template-columns:1fr 1fr}
.scroll,.wide,.pair>div{overflow:visible}
a{color:inherit;text-decoration:none}
}
@media screen and (max-width:760px){
body{padding:0 16px 40px}.mode{margin:0 -16px;padding:6px 16px}
.banner{padding:14px 16px;gap:0 14px}.banner .sign{font-size:36px}.banner .words{font-size:26px}
.watermark{font-size:44px}
.gates,.gates tbody,.gates tr,.gates td{display:block;width:auto!important}
.gates tr{border-bottom:1px solid var(--line);padding:6px 0}.gates td{border:0;padding:2px 0}
.cards,.cards tbody,.cards tr,.cards td{display:block;width:auto}
.cards thead{display:none}
.cards tr{border-bottom:1px solid var(--line);padding:8px 0}
.cards td,.cards td.num{border:0;padding:1px 0;text-align:left;white-space:normal;min-width:0}
.cards td[data-title]::before{content:attr(data-title) ": ";color:var(--soft);font-size:12.5px}
.cards td:empty{display:none}
.matrix td,.matrix th{min-width:44px;padding:4px 5px;font-size:12.5px}
.wide svg{max-width:none}
}
`;

/**
 * The running header of every printed page (CSS paged media margin boxes; a browser without them still prints the
 * watermark). Its words are fixed, so that nothing from outside reaches the style sheet.
 *
 * @param timeScale as the state has it, which is not trusted: whatever it is, a number is shown
 */
export function runningHeader(mode: 'rehearse' | 'live', timeScale: unknown): string {
  const words = mode === 'live' ? 'LIVE' : `REHEARSAL \u00d7${Number(timeScale)} \u00b7 not a live go-live`;
  return `@page{@top-center{content:"${words}";font:bold 10px sans-serif;color:${mode === 'live' ? '#1f2328' : '#7a3e00'}}@bottom-right{content:counter(page) " / " counter(pages);font:10px sans-serif;color:#57606a}}`;
}
