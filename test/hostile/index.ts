/** The package as the tests of a hostile configuration get it: the same, but for what makes a handler. */
export * from '../../src/index';
export { createHandler } from './create-handler';
