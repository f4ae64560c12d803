import { evaluate, type ExpressionContext, ExpressionError, templateParts } from '../expression/expression.js';

/** A prompt filled in, and what could not be. */
export interface Filled {
  text: string;
  missing: { expression: string; why: string }[];
}

/** Fills a prompt from what is known of a run. What is not known is said in its place: a gap would be read as nothing. */
export function fillPrompt(template: string, context: ExpressionContext): Filled {
  const missing: Filled['missing'] = [];
  const text = templateParts(template)
    .map((part) => {
      if ('text' in part) return part.text;
      try {
        const value = evaluate(part.expression, context);
        if (value !== null && (typeof value !== 'number' || Number.isFinite(value)))
          return typeof value === 'object' ? JSON.stringify(value) : String(value);
        missing.push({ expression: part.expression, why: value === null ? 'is null' : 'is not a finite number' });
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        missing.push({ expression: part.expression, why: error.reason });
      }
      return `[not known: ${part.expression}]`;
    })
    .join('');
  return { text, missing };
}
