export { InvalidJobError } from '../errors';
