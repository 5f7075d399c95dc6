import AuditStore
import Glibc
import Synchronization

/// The system's disk, where one sync of a file's bytes fails and is not done.
final class FailingSync: JournalDisk {
    private let count = Mutex(0)
    private let failing: Int

    /// - Parameter failing: the number of the call that fails, from 1.
    init(at failing: Int) {
        self.failing = failing
    }

    /// How often a sync was asked for.
    var calls: Int { count.withLock { $0 } }

    func syncData(_ descriptor: Int32) -> Int32 {
        let call = count.withLock { count in
            count += 1
            return count
        }
        guard call == failing else { return fdatasync(descriptor) }
        errno = EIO
        return -1
    }
}
