"""What minidl asks of the machine: files written in one step, memory, the folders it was installed with."""
