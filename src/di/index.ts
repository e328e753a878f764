export { checkParameters, HandlerScope, type HandlerScopeOptions } from './handler-scope';
export { Defaults, resolveCollaborators } from './resolve-collaborators';
export * as tokens from './tokens';
