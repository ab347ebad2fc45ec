/** The class of docs/clients.md, under the name that its other samples import. */
export { Session } from './clients-2.js';
