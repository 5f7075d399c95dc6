import AuditStore
import Glibc
import Synchronization

/// A disk in memory that knows what a loss of power would leave of it: what was not synced may be
/// there or not, sector by sector and name by name.
///
/// It holds one folder. Each call that changes something can be watched, or made to fail.
final class MemoryDisk: JournalDisk, Sendable {
    /// A change of a file that no sync has made durable yet.
    enum Change {
        case write(offset: Int, [UInt8])
        case resize(Int)
        case shippedAt(Int64)
    }

    struct File {
        var seen = Contents()
        var durable = Contents()
        var changes: [Change] = []
    }

    struct Contents: Equatable {
        var bytes: [UInt8] = []
        var shippedAt: Int64?
    }

    /// All that is on the disk, and what of it is durable.
    struct Image {
        var files: [File] = []
        /// What the names stand for now: numbers of files.
        var names: [String: Int] = [:]
        /// What each name stood for since the folder's last sync, the durable one first.
        var history: [String: [Int?]] = [:]
    }

    /// A call that changes the disk.
    enum Call: String {
        case open, write, allocate, truncate, sync, syncData, rename, remove, markShipped,
            folderSync
    }

    private struct State {
        var image: Image
        var descriptors: [Int32: Int] = [:]
        var nextDescriptor: Int32 = 100
        var isLocked = false
    }

    private let state: Mutex<State>
    /// Asked before each call that changes something; a number makes it fail with that error.
    private let before: @Sendable (Call, Image) -> Int32?

    init(
        _ image: Image = Image(),
        before: @escaping @Sendable (Call, Image) -> Int32? = { _, _ in nil }
    ) {
        state = Mutex(State(image: image))
        self.before = before
    }

    var image: Image { state.withLock { $0.image } }

    private static let folder: Int32 = 99
    private static let sector = 512

    private func refuses(_ call: Call) -> Bool {
        guard let error = before(call, image) else { return false }
        errno = error
        return true
    }

    /// Changes the file behind a descriptor.
    private func change(_ descriptor: Int32, _ body: (inout File) -> Void) {
        state.withLock { state in
            guard let file = state.descriptors[descriptor] else {
                preconditionFailure("the journal uses a descriptor that is closed")
            }
            body(&state.image.files[file])
        }
    }

    private func add(_ change: Change, to descriptor: Int32) {
        self.change(descriptor) { file in
            file.seen.apply(change)
            file.changes.append(change)
        }
    }

    func makeFolder(_ path: String, mode: mode_t) -> Int32 { 0 }

    func openFolder(_ path: String) -> Int32 { Self.folder }

    func open(_ name: String, in folder: Int32, flags: Int32, mode: mode_t) -> Int32 {
        let mayChange = flags & (O_CREAT | O_TRUNC) != 0
        if mayChange, refuses(.open) { return -1 }
        let opened: (descriptor: Int32, mustTruncate: Bool)? = state.withLock { state in
            var file = state.image.names[name]
            let isNew = file == nil
            if isNew {
                guard flags & O_CREAT != 0 else { return nil }
                file = state.image.files.count
                state.image.files.append(File())
                state.image.point(name, to: file)
            }
            state.nextDescriptor += 1
            state.descriptors[state.nextDescriptor] = file
            return (state.nextDescriptor, !isNew && flags & O_TRUNC != 0)
        }
        guard let opened else {
            errno = ENOENT
            return -1
        }
        if opened.mustTruncate { add(.resize(0), to: opened.descriptor) }
        return opened.descriptor
    }

    func close(_ descriptor: Int32) { state.withLock { $0.descriptors[descriptor] = nil } }

    func lock(_ descriptor: Int32) -> Int32 {
        let isFree = state.withLock { state in
            defer { state.isLocked = true }
            return !state.isLocked
        }
        if !isFree { errno = EWOULDBLOCK }
        return isFree ? 0 : -1
    }

    func unlock(_ descriptor: Int32) { state.withLock { $0.isLocked = false } }

    func status(_ descriptor: Int32, _ status: inout stat) -> Int32 {
        let file: (contents: Contents, links: Int) = state.withLock { state in
            guard let file = state.descriptors[descriptor] else {
                preconditionFailure("the journal uses a descriptor that is closed")
            }
            let links = state.image.names.values.count { $0 == file }
            return (state.image.files[file].seen, links)
        }
        status.st_mode = S_IFREG | (file.contents.shippedAt == nil ? 0o600 : 0o400)
        status.st_size = file.contents.bytes.count
        status.st_nlink = nlink_t(file.links)
        status.st_mtim.tv_sec = Int(file.contents.shippedAt ?? 0)
        return 0
    }

    func read(_ descriptor: Int32, _ into: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        var count = 0
        change(descriptor) { file in
            let end = min(file.seen.bytes.count, offset + into.count)
            guard end > offset else { return }
            count = end - offset
            file.seen.bytes.withUnsafeBytes { bytes in
                into.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
            }
        }
        return count
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
        if refuses(.write) { return -1 }
        add(.write(offset: offset, Array(bytes)), to: descriptor)
        return bytes.count
    }

    func allocate(_ descriptor: Int32, bytes: Int) -> Int32 {
        if let error = before(.allocate, image) { return error }
        add(.resize(bytes), to: descriptor)
        return 0
    }

    func truncate(_ descriptor: Int32, to size: Int) -> Int32 {
        if refuses(.truncate) { return -1 }
        add(.resize(size), to: descriptor)
        return 0
    }

    func sync(_ descriptor: Int32) -> Int32 {
        guard descriptor == Self.folder else { return settle(descriptor, .sync) }
        if refuses(.folderSync) { return -1 }
        state.withLock { $0.image.history = [:] }
        return 0
    }

    func syncData(_ descriptor: Int32) -> Int32 { settle(descriptor, .syncData) }

    private func settle(_ descriptor: Int32, _ call: Call) -> Int32 {
        if refuses(call) { return -1 }
        change(descriptor) { file in
            file.durable = file.seen
            file.changes = []
        }
        return 0
    }

    func markShipped(_ descriptor: Int32, at seconds: Int64) -> Int32 {
        if refuses(.markShipped) { return -1 }
        add(.shippedAt(seconds), to: descriptor)
        return 0
    }

    func names(in folder: Int32) -> [String]? { Array(image.names.keys) }

    func rename(_ old: String, to new: String, in folder: Int32) -> Int32 {
        if refuses(.rename) { return -1 }
        state.withLock { state in
            state.image.point(new, to: state.image.names[old])
            state.image.point(old, to: nil)
        }
        return 0
    }

    func remove(_ name: String, in folder: Int32) -> Int32 {
        if refuses(.remove) { return -1 }
        state.withLock { $0.image.point(name, to: nil) }
        return 0
    }
}

extension MemoryDisk.Contents {
    mutating func apply(_ change: MemoryDisk.Change) {
        switch change {
        case .resize(let size):
            if bytes.count > size { bytes.removeLast(bytes.count - size) }
            bytes += [UInt8](repeating: 0, count: size - bytes.count)
        case .shippedAt(let time): shippedAt = time
        case .write(let offset, let written): put(written[...], at: offset)
        }
    }

    /// Applies what a loss of power left of a write: the sectors that `keeps` holds for, counted from
    /// the first one that it touches.
    mutating func apply(offset: Int, _ written: [UInt8], keeps: (Int) -> Bool) {
        var start = 0
        var sector = 0
        while start < written.count {
            let end = min(written.count, start + 512 - (offset + start) % 512)
            if keeps(sector) { put(written[start..<end], at: offset + start) }
            start = end
            sector += 1
        }
    }

    private mutating func put(_ written: ArraySlice<UInt8>, at offset: Int) {
        let missing = offset + written.count - bytes.count
        if missing > 0 { bytes += [UInt8](repeating: 0, count: missing) }
        bytes.replaceSubrange(offset..<offset + written.count, with: written)
    }
}

extension MemoryDisk.Image {
    fileprivate mutating func point(_ name: String, to file: Int?) {
        history[name, default: [names[name]]].append(file)
        names[name] = file
    }

    /// What a loss of power leaves.
    enum Loss {
        /// Nothing that wasn't synced.
        case everything
        /// Nothing at all: the process was killed, the machine lives.
        case nothing
        /// Of each file's last write the first sectors are there, and all that was before it.
        case tornAfter(sectors: Int)
        /// Any sector and any name by itself.
        case random(SeededGenerator)
    }

    /// The disk as it comes up again.
    func after(_ loss: Loss) -> MemoryDisk.Image {
        var generator =
            if case .random(let given) = loss { given } else { SeededGenerator(seed: 0) }
        var result = MemoryDisk.Image()
        result.files = files.map { file in
            let contents =
                switch loss {
                case .everything: file.durable
                case .nothing: file.seen
                case .tornAfter(let sectors): file.torn(after: sectors)
                case .random: file.random(&generator)
                }
            return MemoryDisk.File(seen: contents, durable: contents)
        }
        result.names = names
        if case .everything = loss {
            for (name, states) in history { result.names[name] = states[0] }
        }
        if case .random = loss {
            for (name, states) in history.sorted(by: { $0.key < $1.key }) {
                result.names[name] = states[Int.random(in: states.indices, using: &generator)]
            }
        }
        return result
    }

    /// How many sectors the newest write touches that was not synced; 0 without one.
    var sectorsUnsynced: Int {
        for file in files.reversed() {
            guard case .write(let offset, let bytes) = file.changes.last else { continue }
            return (offset + bytes.count + 511) / 512 - offset / 512
        }
        return 0
    }
}

extension MemoryDisk.File {
    fileprivate func torn(after sectors: Int) -> MemoryDisk.Contents {
        var contents = durable
        for (index, change) in changes.enumerated() {
            if index == changes.count - 1, case .write(let offset, let bytes) = change {
                contents.apply(offset: offset, bytes) { $0 < sectors }
            } else {
                contents.apply(change)
            }
        }
        return contents
    }

    /// Changes of the size come in their order; a sector is there or not.
    fileprivate func random(_ generator: inout SeededGenerator) -> MemoryDisk.Contents {
        var contents = durable
        var areSizesLost = false
        for change in changes {
            switch change {
            case .write(let offset, let bytes):
                contents.apply(offset: offset, bytes) { _ in Bool.random(using: &generator) }
            case .resize, .shippedAt:
                areSizesLost = areSizesLost || Bool.random(using: &generator)
                if !areSizesLost { contents.apply(change) }
            }
        }
        return contents
    }
}
