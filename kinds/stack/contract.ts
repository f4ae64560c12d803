import type { StepContext } from '../../activities/step/step.js';

/** A service as it is seen now. */
export interface ServiceState {
  name: string;
  running: boolean;
  /** Its readiness probe holds; a service without one is ready when it runs. */
  healthy: boolean;
  /** It has ended as it was meant to: ready, and running no more. */
  done?: boolean;
  /** Why it is not, in a few words. */
  detail: string;
}

/** The last lines of a service's log. */
export interface LogTail {
  lines: string[];
  /** The same lines, each with its container before it where there are several. */
  shown: string[];
  /** There are earlier lines, or some that could not be kept. */
  cut: boolean;
}

export interface UpOptions {
  services?: string[];
  wait: 'healthy' | 'started';
  timeoutMs: number;
}

/** What the undo of an `up` came to. */
export interface TakenBack {
  /** Services that the step had started and that were stopped. */
  stopped: number;
  /** Services that the step had replaced and that run by their earlier definition again. */
  broughtBack: number;
  /** Names of services that somebody else has started anew since; they are left. */
  left: string[];
  /** The step had kept what ran before it: a deed that was done has. */
  kept: boolean;
}

/** Where all that a service has said since it last began is read: a file from a byte on, or an engine that pours it. */
export type ServiceLog =
  | { path: string; from: number }
  | { pour(since: Date | undefined, take: (bytes: Uint8Array) => void): Promise<void> };

/** What one container or process was really given. */
export interface ServiceSettings {
  environment: Record<string, string>;
  /** Where something is mounted. */
  mounts: string[];
}

/** What both kinds of stack can do. */
export interface StackDriver {
  name: 'compose' | 'native';
  /** Which files it goes by, as the end of a sentence; empty where that is no matter of course. */
  said: string;
  /** Leaves alone what runs as configured. @throws StepError STACK_FAILED with the last log lines */
  up(options: UpOptions): Promise<{ started: number; states: ServiceState[] }>;
  /**
   * Takes back what `up` did in this step's name, and nothing else; safe after any part of it, and twice.
   *
   * @throws StepError NOT_FOUND when it is not known any more what ran before
   */
  undoUp(timeoutMs: number): Promise<TakenBack>;
  down(volumes: boolean): Promise<{ stopped: number; volumesRemoved: number }>;
  /** Volumes that no service uses any more, for people to review; nothing is removed. */
  unusedVolumes(): Promise<string[]>;
  ps(): Promise<ServiceState[]>;
  /**
   * The last lines of each container of a service, or of its process; `since` leaves out what is older, where the driver
   * knows.
   */
  logs(service: string, tail: number, since?: Date): Promise<LogTail>;
  /** What each running container of a service was really given; nothing where it does not run. @throws StepError */
  settings(service: string): Promise<ServiceSettings[]>;
  /** The whole log of a service. @throws StepError NOT_FOUND for one that the stack does not have */
  wholeLog(service: string): ServiceLog;
}

export type StackContext = Pick<
  StepContext,
  'run' | 'env' | 'signal' | 'sleep' | 'path' | 'progress' | 'log' | 'backups'
>;
