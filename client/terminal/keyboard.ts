/** Single keys of a terminal. */
export interface Keys {
  /** Gives the terminal to someone else (a question), and takes it back. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Listens for `q`; on anything that is no terminal it does nothing. Ctrl-C stays an interrupt. */
export function watchKeys(onQuit: () => void): Keys {
  const { stdin } = process;
  if (!stdin.isTTY) return { pause: () => undefined, resume: () => undefined, close: () => undefined };
  const onData = (data: Buffer): void => {
    const text = data.toString('utf8');
    if (text.includes('\u0003')) process.kill(process.pid, 'SIGINT');
    else if (text === 'q' || text === 'Q') onQuit();
  };
  const resume = (): void => {
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
  };
  const pause = (): void => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
  resume();
  return { pause, resume, close: pause };
}
