/**
 * A program that loads a bundle and tells on file descriptor 3 what its handler says of its job.
 * Arguments: the file, and the name of the export. It needs nothing but Node, since it runs where the bundle is.
 */
export const jobReaderSource = `
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [file, name] = process.argv.slice(1).filter((argument) => argument !== '--');
const planKey = Symbol.for('lambda-baton:plan');
const tell = (told) => {
  writeSync(3, JSON.stringify(told, (_key, value) => (value === Infinity ? Number.MAX_VALUE : value)));
  process.exit(0);
};
const describe = ({ name, safeMs, limits, continueOn, steps }, parameterCount) => ({
  name, safeMs, limits, continueOn, parameterCount,
  steps: steps.map(({ method, minBudgetMs }) => ({ method, minBudgetMs })),
});
try {
  const loaded = await import(pathToFileURL(file).href);
  const found = { ...loaded.default, ...loaded };
  const handler = found[name];
  if (typeof handler !== 'function') tell({ fault: 'it exports no function ' + name + '.' });
  const plan = [handler, ...Object.values(found)].map((value) => value?.[planKey]).find(Boolean);
  tell(plan ? describe(plan, handler.length) : { fault: 'its handler ' + name + ' does not say which job it runs.' });
} catch (error) {
  tell({ fault: String(error?.message ?? error).split('\\n').join(' ') });
}
`;
