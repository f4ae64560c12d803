/** Talk goes to stderr, so that stdout holds the result alone. */
export function talk(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One line, or one JSON value, of the result. */
export function print(result: string | object): void {
  process.stdout.write(`${typeof result === 'string' ? result : JSON.stringify(result)}\n`);
}
