import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 64 * 1024;

/** Reads the lines that are appended to a file, each once. */
export class LineTail {
  private offset = 0;
  private decoder = new StringDecoder('utf8');
  private partial = '';

  /** @param path of a file that may not be there yet */
  constructor(private readonly path: string) {}

  /** The whole lines that came since the last call. A file that was begun anew is read from its start. */
  async read(): Promise<string[]> {
    const file = await open(this.path, 'r').catch(() => undefined);
    if (file === undefined) return [];
    try {
      const { size } = await file.stat();
      if (size < this.offset) this.restart();
      let text = this.partial;
      const buffer = Buffer.alloc(CHUNK);
      while (this.offset < size) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK, size - this.offset), this.offset);
        if (bytesRead === 0) break;
        this.offset += bytesRead;
        text += this.decoder.write(buffer.subarray(0, bytesRead));
      }
      const lines = text.split(/\r?\n/);
      this.partial = lines.pop() ?? '';
      return lines;
    } finally {
      await file.close();
    }
  }

  /** What stands behind the last line end, when nothing comes any more. */
  rest(): string[] {
    const text = this.partial + this.decoder.end();
    this.partial = '';
    return text === '' ? [] : [text];
  }

  private restart(): void {
    this.offset = 0;
    this.decoder = new StringDecoder('utf8');
    this.partial = '';
  }
}
