/** Private fields for objects that this package did not make by a class of its own. */

/**
 * A subclass can put private fields on any object (the constructor returns its argument): a mark that cannot be forged,
 * copied or cloned, costs one inline-cached load to read, and leaves the object plain to print and to compare.
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- `super` has to be a constructor
export class Stamped {
  constructor(object: object) {
    return object;
  }
}
