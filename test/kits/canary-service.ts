import { createServer } from 'node:http';

/** What a look of a canary finds: requests since the look before and how many of them failed; a text is no figures. */
export type Look = { requests: number; errors: number } | string;

export interface CanaryService {
  /** Where the figures of a canary are: totals that only grow. */
  url(name: string): string;
  /** What each look at a canary was told, in order. */
  looks(name: string): Look[];
  close(): Promise<void>;
}

/** A service whose canaries err as they are told to: `look` says what the nth look (from 1) at one of them finds. */
export async function canaryService(look: (name: string, n: number) => Look): Promise<CanaryService> {
  const told = new Map<string, Look[]>();
  const server = createServer(({ url = '' }, response) => {
    const name = url.slice(1);
    const looks = [...(told.get(name) ?? []), look(name, (told.get(name)?.length ?? 0) + 1)];
    told.set(name, looks);
    const now = looks.at(-1);
    if (typeof now === 'string') return response.setHeader('content-type', 'application/json').end(now);
    const known = looks.flatMap((one) => (typeof one === 'string' ? [] : [one]));
    const sum = (of: 'requests' | 'errors'): number => known.reduce((total, one) => total + one[of], 1000);
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ requests: sum('requests'), errors: sum('errors') }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    looks: (name) => told.get(name) ?? [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
