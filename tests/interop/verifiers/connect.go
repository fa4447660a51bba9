// Connects to each port of a server on loopback as a Go client does: crypto/tls. A line out for each: port, verdict, reason.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

func connect(roots *x509.CertPool, host, port string) error {
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: host}).Handshake()
}

func main() {
	pem, err := os.ReadFile(os.Args[1])
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		fmt.Fprintln(os.Stderr, "no roots")
		os.Exit(2)
	}
	for _, port := range os.Args[3:] {
		verdict, reason := "accepted", ""
		if err := connect(roots, os.Args[2], port); err != nil {
			verdict, reason = "rejected", strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Printf("%s\t%s\t%s\n", port, verdict, reason)
	}
}
