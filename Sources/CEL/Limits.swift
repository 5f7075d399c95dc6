/// How large an expression, and what it makes, may be.
enum Limits {
    /// A condition of a rule is a line or a paragraph; this is a book's chapter.
    static let sourceBytesMax = 32 << 10
    /// Brackets and conditionals within each other: what a person can still read, many times over,
    /// and little of a thread's stack.
    static let nestingMax = 100
    /// Nodes above each other in the parsed tree, which chains such as `a + b + c` also make.
    static let depthMax = 250
    /// Comprehensions within each other over lists of unknown length; more is a product of sizes.
    static let comprehensionsMax = 2
    /// Parts of a deduced type: more than any facts have.
    static let typeSizeMax = 1_000
    /// Mistakes told of one expression; whoever has mended these asks again.
    static let mistakesMax = 20
    /// Bytes of one text, or elements of one list, that an evaluation may make.
    static let resultSizeMax = 1 << 20
    /// Bytes of text, or elements, that one unit of cost covers.
    static let sizePerCost = 16
    /// What compiling a regular expression during an evaluation costs: it takes milliseconds.
    static let patternCost = 20_000
}
