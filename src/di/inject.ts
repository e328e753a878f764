export { inject } from 'tsyringe';
