export { addDeclaration, type DecoratorName, findPlacement } from './declaration';
export { readJob } from './read-job';
