const LEVELS = ['debug', 'info', 'warn', 'error', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

export type Log = (level: Level, event: string) => void;

/** One line per event on stdout: time, LEVEL, service, event. Line ends inside an event are shown as spaces. */
export function createLog(service: string, least: string = process.env.LOG_LEVEL ?? 'info'): Log {
  const from = Math.max(
    0,
    LEVELS.findIndex((level) => level === least.toLowerCase()),
  );
  return (level, event) => {
    if (LEVELS.indexOf(level) < from) return;
    process.stdout.write(
      `${new Date().toISOString()} ${level.toUpperCase()} [${service}] ${event.replace(/\s*\n\s*/g, ' ')}\n`,
    );
  };
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
