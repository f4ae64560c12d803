/** Refusals that are said where a message is signed, and again where it arrives: what stood may stand no more. */

export const noApproval = (id: string): string => `There is no approval '${id}'.`;
export const noItem = (id: string): string => `There is no checklist item '${id}'.`;
export const noPhase = (id: string): string => `There is no phase '${id}'.`;
export const NO_CHOICE_OPEN = 'No failure waits for a choice now.';
