/** What a system is made of besides its own code. */
export interface Component {
  /** As its registry has it, with its scope or group: `@scope/name`. */
  name: string;
  version: string;
  /** The registry, by the type of a package URL: `npm`, `pypi`. Nothing where the list does not say. */
  type?: string;
  /** As the list says it; nothing where it says none. */
  licence?: string;
  /** By what other name it is used. */
  alias?: string;
  /** Where it is installed, relative to the lock file. */
  path?: string;
  /** Whether its content is held fast by a hash. */
  pinned: boolean;
}

export const FORMATS = ['npm', 'requirements', 'cyclonedx'] as const;
export type Format = (typeof FORMATS)[number];

/** What is left out of a lock file of npm. */
export const OMITS = ['dev', 'optional'] as const;
export type Omit = (typeof OMITS)[number];

/** A folder of the project that is used as a package: no registry gives it. */
export interface Local {
  name: string;
  /** Empty where it says none. */
  version: string;
  /** Relative to the lock file. */
  path: string;
  licence?: string;
  /** Whether the project names it as one of its own workspaces; else somebody else's code may lie there. */
  workspace: boolean;
}

/** The components of a list, and how many were left out. */
export interface Components {
  components: Component[];
  local: Local[];
  leftOut: number;
  /** Entries that name no single version. */
  unpinned: string[];
}
