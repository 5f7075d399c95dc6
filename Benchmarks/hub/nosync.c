// Preloaded, it makes fdatasync do nothing: what durability costs is measured without a switch in the hub.
int fdatasync(int file) { return file < 0 ? -1 : 0; }
