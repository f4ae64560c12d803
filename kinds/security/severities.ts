/** From the worst on. What a tool calls its own way is mapped to these; `info` is no finding that must be mended. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
