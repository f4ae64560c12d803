import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { HeldFault } from './held-fault.js';
import type { OrderOf } from './order.js';

const PIECE = 16 * 1024 * 1024;
const PAGE = 4096;
/** The holder itself may have given back so much meanwhile. */
const SLACK = 16 * 1024 * 1024;

/** Memory that is taken up, each page of it; it goes with its process. */
export function ram({ bytes }: OrderOf<'memory'>): HeldFault {
  const pieces: Buffer[] = [];
  return {
    inject: async (signal) => {
      goFirst();
      const noise = randomFillSync(Buffer.alloc(1024 * 1024));
      const before = process.memoryUsage.rss();
      for (let taken = 0; taken < bytes; taken += PIECE) {
        signal.throwIfAborted();
        pieces.push(Buffer.allocUnsafeSlow(Math.min(PIECE, bytes - taken)).fill(noise));
        await setImmediate();
      }
      const resident = process.memoryUsage.rss() - before;
      if (resident < bytes - SLACK) throw new Error(`${resident} bytes more are in memory, and not ${bytes}`);
      return { pid: process.pid, bytes, resident };
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
