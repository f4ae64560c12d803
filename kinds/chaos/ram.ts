import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { HeldFault } from './held-fault.js';
import type { OrderOf } from './order.js';

const PIECE = 16 * 1024 * 1024;
const PAGE = 4096;

/** Memory that is taken up, each page of it; it goes with its process. */
export function ram({ bytes }: OrderOf<'memory'>): HeldFault {
  const pieces: Buffer[] = [];
  const resident = (): number => process.memoryUsage.rss();
  return {
    inject: async (signal) => {
      goFirst();
      const noise = randomFillSync(Buffer.alloc(1024 * 1024));
      for (let taken = 0; taken < bytes; taken += PIECE) {
        signal.throwIfAborted();
        pieces.push(Buffer.allocUnsafeSlow(Math.min(PIECE, bytes - taken)).fill(noise));
        await setImmediate();
      }
      const rss = resident();
      if (rss < bytes) throw new Error(`the holder has ${rss} bytes in memory, and not ${bytes}`);
      return { pid: process.pid, bytes, resident: rss };
    },
    problem: async () => {
      // What nobody reads is swapped out before anything of the target is.
      for (const piece of pieces) for (let at = 0; at < piece.length; at += PAGE) piece[at] = (piece[at] ?? 0) ^ 1;
      return undefined;
    },
    lift: async () => {
      pieces.length = 0;
      return { pid: process.pid };
    },
  };
}

/** Where the kernel must end something for want of memory, it ends this. */
function goFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Another system has another way, or none.
  }
}
