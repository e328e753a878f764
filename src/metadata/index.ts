export { type DecoratorName, findPlacement } from './declaration';
export { readJob } from './read-job';
export { addDeclaration } from './reflect';
