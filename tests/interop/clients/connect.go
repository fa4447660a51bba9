// What a Go program does that opens a TLS connection. connect HOST PORT NAME ROOTS.pem ...: a line for each four arguments, "ok" or
// what went wrong. A ROOTS of "-" trusts what the system trusts.
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

func connect(host, port, name, roots string) error {
	config := &tls.Config{ServerName: name, NextProtos: []string{"h2", "http/1.1"}}
	if roots != "-" {
		pem, err := os.ReadFile(roots)
		if err != nil {
			return err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", net.JoinHostPort(host, port), config)
	if err == nil {
		connection.Close()
	}
	return err
}

func main() {
	for i := 1; i+3 < len(os.Args); i += 4 {
		if err := connect(os.Args[i], os.Args[i+1], os.Args[i+2], os.Args[i+3]); err != nil {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("ok")
		}
	}
}
