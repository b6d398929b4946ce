// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The contract of launcher and commands as scripts rely on it, tested from outside against the archive that people unpack:
 * processes, their output and exit codes, sockets and files; nothing of ours is called. Later work adds tests here and does
 * not change those that are there.
 *
 * <p>How to read a failure: a test waits for a line, an exit or an answer with a deadline, and its message holds the
 * process's output and the log. The directories of a class whose test failed stay under {@code target/junit*}; DIR/log has
 * the whole log.
 *
 * <p>Classes run side by side. Whatever needs a port takes it from {@link org.sallyport.contract.Ports}, and each server has
 * a range of listen ports of its own.
 */
@NullMarked
package org.sallyport.contract;

import org.jspecify.annotations.NullMarked;
