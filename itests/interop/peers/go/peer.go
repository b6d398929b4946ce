// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

// Peer is HashiCorp's yamux over plain TCP, for the interoperability tests.
//
//	peer listen|dial ADDRESS server|client echo
//	peer listen|dial ADDRESS server|client open STREAMS BYTES
//
// It listens (and prints "listening PORT") or dials, takes the yamux role, and then either echoes every stream that the
// other end opens until the connection ends, or opens streams itself and checks that what it sends comes back. It exits
// with 0 only when all was right. YAMUX_WINDOW in the environment sets the window that it announces.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"

	"github.com/hashicorp/yamux"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 {
		log.Fatal("expected: listen|dial ADDRESS server|client echo|open [STREAMS BYTES]")
	}
	config := yamux.DefaultConfig()
	if window := os.Getenv("YAMUX_WINDOW"); window != "" {
		config.MaxStreamWindowSize = uint32(number(window))
	}
	session := begin(connection(os.Args[1], os.Args[2]), os.Args[3], config)
	if os.Args[4] == "echo" {
		echo(session)
		return
	}
	open(session, number(os.Args[5]), number(os.Args[6]))
}

func connection(how, address string) net.Conn {
	if how == "dial" {
		conn, err := net.Dial("tcp", address)
		must(err)
		return conn
	}
	listener, err := net.Listen("tcp", address)
	must(err)
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	conn, err := listener.Accept()
	must(err)
	return conn
}

func begin(conn net.Conn, role string, config *yamux.Config) *yamux.Session {
	start := yamux.Client
	if role == "server" {
		start = yamux.Server
	}
	session, err := start(conn, config)
	must(err)
	_, err = session.Ping()
	must(err)
	return session
}

// echo sends back what comes, and ends each stream after its peer did.
func echo(session *yamux.Session) {
	for {
		stream, err := session.AcceptStream()
		if err != nil {
			return // the other end is done
		}
		go func() {
			_, err := io.Copy(stream, stream)
			must(err)
			must(stream.Close())
		}()
	}
}

func open(session *yamux.Session, streams, size int) {
	results := make(chan error, streams)
	for i := 0; i < streams; i++ {
		go func(seed int) { results <- check(session, seed, size) }(i)
	}
	for i := 0; i < streams; i++ {
		must(<-results)
	}
	must(session.GoAway())
	must(session.Close())
	fmt.Println("ok")
}

func check(session *yamux.Session, seed, size int) error {
	stream, err := session.OpenStream()
	if err != nil {
		return err
	}
	sent := pattern(seed, size)
	failed := make(chan error, 1)
	go func() {
		_, err := stream.Write(sent)
		failed <- err
	}()
	back := make([]byte, size)
	if _, err = io.ReadFull(stream, back); err != nil {
		return fmt.Errorf("stream %d: %v", seed, err)
	}
	if err = <-failed; err != nil {
		return err
	}
	if !bytes.Equal(back, sent) {
		return fmt.Errorf("stream %d: what came back differs", seed)
	}
	// only now: this implementation reads end of file on a stream that it has closed itself
	if err = stream.Close(); err != nil {
		return err
	}
	if n, err := stream.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return fmt.Errorf("stream %d: expected its end, got %d bytes and %v", seed, n, err)
	}
	return nil
}

func pattern(seed, size int) []byte {
	data := make([]byte, size)
	state := uint32(seed)*2654435761 + 1
	for i := range data {
		state = state*1664525 + 1013904223
		data[i] = byte(state >> 24)
	}
	return data
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	must(err)
	return n
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
