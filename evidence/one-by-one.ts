/** One call after the other of what concerns the same thing; a call that fails holds no other up. */
export class OneByOne {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Acts when everything that was to act before on `key` has ended. @returns what `act` gives; rejects as it does */
  after<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(act);
    this.last.set(key, mine);
    const tidy = (): void => {
      if (this.last.get(key) === mine) this.last.delete(key);
    };
    mine.then(tidy, tidy);
    return mine;
  }
}
