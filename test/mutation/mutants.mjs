import { parse } from '@babel/parser';

/** Operators and what stands in their place: each a mistake that a person could make. */
const OPERATORS = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
};
/** Types, imports and texts for people are not judged by what they do. */
const PASSED_OVER = /^(TS|Import|ExportAll|TemplateElement|Decorator)/;

/**
 * Every small change of a TypeScript source: other operators, conditions that always or never hold, negations left out,
 * other numbers and booleans, calls left out.
 *
 * @returns {{line: number, what: string, source: string}[]}
 */
export function mutantsOf(source) {
  const tree = parse(source, { sourceType: 'module', plugins: ['typescript'] });
  const found = [];
  const add = (node, start, end, text, what) =>
    found.push({ line: node.loc.start.line, what, source: source.slice(0, start) + text + source.slice(end) });
  const visit = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node.type !== 'string' || PASSED_OVER.test(node.type)) return;
    mutate(node);
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'loc' && key !== 'typeAnnotation' && key !== 'typeParameters' && key !== 'typeArguments') visit(value);
    }
  };
  const mutate = (node) => {
    const { type, start, end } = node;
    if (type === 'BinaryExpression' || type === 'LogicalExpression') {
      // A sum of texts is a text.
      if (node.operator === '+' && [node.left, node.right].some((side) => /String|Template/.test(side.type))) return;
      for (const other of OPERATORS[node.operator] ?? []) {
        const between = source.slice(node.left.end, node.right.start);
        add(node, node.left.end, node.right.start, between.replace(node.operator, other), `${node.operator} → ${other}`);
      }
    }
    if (type === 'IfStatement' || type === 'ConditionalExpression') {
      for (const value of ['true', 'false']) add(node, node.test.start, node.test.end, value, `condition → ${value}`);
    }
    if (type === 'UnaryExpression' && node.operator === '!') add(node, start, start + 1, '', '! left out');
    if (type === 'BooleanLiteral') add(node, start, end, String(!node.value), `${node.value} → ${!node.value}`);
    if (type === 'NumericLiteral') add(node, start, end, String(node.value + 1), `${node.value} → ${node.value + 1}`);
    if (type === 'ExpressionStatement' && /Call|Await/.test(node.expression.type)) add(node, start, end, ';', 'call left out');
    if (type === 'CallExpression' && node.callee.property?.name === 'every') {
      add(node, node.callee.property.start, node.callee.property.end, 'some', 'every → some');
    }
    if (type === 'CallExpression' && node.callee.property?.name === 'some') {
      add(node, node.callee.property.start, node.callee.property.end, 'every', 'some → every');
    }
  };
  visit(tree.program);
  return found;
}
