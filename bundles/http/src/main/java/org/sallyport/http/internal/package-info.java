// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * How it is done. {@link org.sallyport.http.internal.HeadReader} finds a head's lines and checks them octet by octet,
 * {@link org.sallyport.http.internal.RequestHead} and {@link org.sallyport.http.internal.ResponseHead} say what they mean,
 * {@link org.sallyport.http.internal.BodyReader} says where a body ends. Those know no channels.
 * {@link org.sallyport.http.internal.HttpIngress} and {@link org.sallyport.http.internal.HttpPathGuard} are the handlers.
 */
@NullMarked
package org.sallyport.http.internal;

import org.jspecify.annotations.NullMarked;
