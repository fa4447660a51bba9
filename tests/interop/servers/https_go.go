// An HTTPS server by Go's crypto/tls; its settings are a JSON file.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

type settings struct {
	Port            int
	Body, Cert, Key string
	Min, Max        uint16
	Curves          []tls.CurveID
	Suites          []uint16
	Protocols       []string
	ClientCA        string
	OnlyName        string // a certificate is found for this name alone, by a callback
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var s settings
	check(json.Unmarshal(text, &s))
	config := &tls.Config{MinVersion: s.Min, MaxVersion: s.Max, CurvePreferences: s.Curves, CipherSuites: s.Suites, NextProtos: s.Protocols}
	if s.Cert != "" {
		pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
		check(err)
		config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if s.OnlyName != "" && hello.ServerName != s.OnlyName {
				return nil, errors.New("no certificate for " + hello.ServerName)
			}
			return &pair, nil
		}
	}
	if s.ClientCA != "" {
		root, err := os.ReadFile(s.ClientCA)
		check(err)
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM(root)
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, s.Body)
	})}
	listener, err := tls.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port), config)
	check(err)
	check(server.Serve(listener))
}
