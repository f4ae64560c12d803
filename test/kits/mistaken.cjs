/** webpack loader: makes one mistake in a source, and refuses when there is no place for it any more. */
module.exports = function mistaken(source) {
  const { from, to } = this.getOptions();
  const made = source.replace(from, to);
  if (made === source) throw new Error(`${this.resourcePath} has nothing like ${from}: the mistake must be written anew`);
  return made;
};
