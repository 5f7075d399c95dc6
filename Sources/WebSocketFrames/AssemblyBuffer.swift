/// Memory in which a message that came in pieces is put together; grows by doubling.
final class AssemblyBuffer {
    /// A buffer larger than this is given back once its message was delivered.
    private static let keptBytesMax = 64 << 10

    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var count = 0

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count])
    }

    func append(_ chunk: UnsafeRawBufferPointer) {
        guard !chunk.isEmpty else { return }
        if count + chunk.count > memory.count { grow(to: count + chunk.count) }
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: chunk)
        count += chunk.count
    }

    func clear() {
        count = 0
        if memory.count > Self.keptBytesMax {
            memory.deallocate()
            memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
    }

    private func grow(to needed: Int) {
        let grown = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, memory.count * 2, 256),
            alignment: 8
        )
        grown.copyMemory(from: bytes)
        memory.deallocate()
        memory = grown
    }
}
