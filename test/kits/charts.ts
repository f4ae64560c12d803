/**
 * Loads what draws charts, one package after the other: jest's own loader of modules fails now and then when two that
 * share a third are asked for at once, as a report does.
 */
export async function loadCharts(): Promise<void> {
  await import('vega');
  await import('vega-lite');
}
