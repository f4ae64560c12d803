/** People whom a question asks for: so many of one role, or of one of several. */
export interface Need {
  role: string;
  /** Roles that may answer in its place. */
  or?: string[];
  count: number;
}

/** A need of a runbook, where a role may be a list of them: any one is enough; nothing where it names none. */
export function needAsked(asked: string | readonly string[], count: number): Need | undefined {
  const [role, ...or] = typeof asked === 'string' ? [asked] : asked;
  return role === undefined ? undefined : { role, ...(or.length === 0 ? {} : { or }), count };
}

/** The roles that may fill a place of it. */
export function rolesOf({ role, or = [] }: Pick<Need, 'role' | 'or'>): string[] {
  return [role, ...or];
}

/** Every role that a question asks for, in order. */
export function rolesAsked(needs: readonly Pick<Need, 'role' | 'or'>[]): string[] {
  return needs.flatMap(rolesOf);
}

/** Whether a role may fill a place of it. */
export function fills(need: Pick<Need, 'role' | 'or'>, role: string): boolean {
  return rolesOf(need).includes(role);
}

/** Its roles as people call them: `Release or SRE`. */
export function needName(need: Pick<Need, 'role' | 'or'>, roles: Readonly<Record<string, string>> = {}): string {
  return rolesOf(need)
    .map((role) => roles[role] ?? role)
    .join(' or ');
}

/** The same with how many: `2 × SRE`. */
export function needCount(need: Need, roles: Readonly<Record<string, string>> = {}): string {
  return `${need.count} × ${needName(need, roles)}`;
}
