/** Private fields for objects that are of no class of this package. */

/**
 * A subclass puts private fields on any object, because the constructor returns its argument. Such a mark cannot be forged,
 * copied or cloned, costs one inline-cached load to read, and shows neither in print nor in comparison (docs/decisions: the
 * brand).
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- `super` has to be a constructor
export class Stamped {
  constructor(object: object) {
    return object;
  }
}
