export { inject } from 'tsyringe';
export { resolvesKey } from './container';
export { HandlerScope, type HandlerScopeOptions, type InvocationScope } from './handler-scope';
export { collaboratorTokens, Defaults, defaultTokens, resolveCollaborators } from './resolve-collaborators';
export * as tokens from './tokens';
