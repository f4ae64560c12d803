declare const what: unique symbol;
/** Text that names one thing of a plan, and no other: made where a runbook is planned, trusted from there on. */
type Id<What extends string = string> = string & { readonly [what]: What };

export type PhaseId = Id<'phase'>;
export type StepId = Id<'step'>;
/** Of a gate; one that `each` spread is `<step>.<gate>`. */
export type GateId = Id<'gate'>;
export type ItemId = Id<'item'>;
export type ApprovalId = Id<'approval'>;

/** Takes a text as the id that is wanted: where ids are made from a runbook, and nowhere else. */
export function asId<I extends Id>(text: string): I {
  return text as I;
}

/** The id of a go-live: its evidence and its children are named by it. `changeOf` gives the change back. */
export function goLiveIdOf(target: string, change: string): string {
  return `${target}/${change}`;
}

/** The target of a go-live, by its id. */
export function targetOf(goLiveId: string): string {
  return goLiveId.slice(0, Math.max(0, goLiveId.indexOf('/')));
}

/** The change of a go-live, by its id. Names of targets and changes have no slash. */
export function changeOf(goLiveId: string): string {
  return goLiveId.slice(goLiveId.indexOf('/') + 1);
}

/**
 * The id of the nth approval (from 1) of a phase: `<phase>` before its steps, `<phase>.after` after its gates; a further
 * one of the same kind ends with its number. A decision's approval has the id of the decision.
 */
export function approvalId(phase: PhaseId, when: 'before' | 'after', nth: number): ApprovalId {
  const name = when === 'after' ? `${phase}.after` : phase;
  return asId(nth === 1 ? name : `${name}.${nth}`);
}

/** A phase, or a step, a gate or a checklist item of it. What a part is, the plan of its phase says. */
export interface Address {
  phase: PhaseId;
  part?: StepId | GateId | ItemId;
}

/** An address as people read and write it: `<phase>` or `<phase>.<part>`. */
export type AddressText = Id<'address'>;

/** Writes an address; `readAddress` gives it back. */
export function addressText({ phase, part }: Address): AddressText {
  return (part === undefined ? phase : `${phase}.${part}`) as AddressText;
}

/** Reads an address. Ids of phases have no dot, so that the first one ends the phase; nothing else is checked. */
export function readAddress(text: string): Address {
  const dot = text.indexOf('.');
  return dot < 0 ? { phase: asId(text) } : { phase: asId(text.slice(0, dot)), part: asId(text.slice(dot + 1)) };
}

/** The id of a gate that `each` spread over a step. */
export function gateOfStep(step: StepId, gate: string): GateId {
  return asId(`${step}.${gate}`);
}

/** The step that a gate was spread over by `each`; undefined for a gate of the phase as a whole. */
export function stepOfGate(gate: string): StepId | undefined {
  const dot = gate.indexOf('.');
  return dot < 0 ? undefined : asId(gate.slice(0, dot));
}

/** A file that a step left as evidence: `<phase>.<step>.<name>`. */
export interface EvidenceAddress {
  phase: PhaseId;
  step: StepId;
  /** May have dots; empty where it is missing. */
  name: string;
}

/** Reads where a file of evidence is from. */
export function readEvidenceAddress(text: string): EvidenceAddress {
  const { phase, part = '' } = readAddress(text);
  const dot = part.indexOf('.');
  return dot < 0
    ? { phase, step: asId(part), name: '' }
    : { phase, step: asId(part.slice(0, dot)), name: part.slice(dot + 1) };
}
