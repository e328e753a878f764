export type { DecoratorName } from './declaration';
export { findPlacement } from './find-placement';
export { readJob } from './read-job';
export { addDeclaration } from './reflect';
