/** Throws where a bundle is not what it says; else gives its go-live and verdict. */
export function judge(root: string, trusted: string, signers?: string): string;
