/** Counters in the text format of Prometheus. */
export function createMetrics() {
  const counts = { quotes: 0, refused: 0, tables: 0, pages: 0 };
  return {
    count: (name) => {
      counts[name] += 1;
    },
    text: () =>
      [
        '# HELP tariff_quotes_total Quotes that were given.',
        '# TYPE tariff_quotes_total counter',
        `tariff_quotes_total ${counts.quotes}`,
        '# HELP tariff_refused_total Requests that were refused.',
        '# TYPE tariff_refused_total counter',
        `tariff_refused_total ${counts.refused}`,
        '# HELP tariff_tables_total Tables that were made.',
        '# TYPE tariff_tables_total counter',
        `tariff_tables_total ${counts.tables}`,
        '# HELP tariff_pages_total Pages that were shown.',
        '# TYPE tariff_pages_total counter',
        `tariff_pages_total ${counts.pages}`,
        '',
      ].join('\n'),
  };
}
