#!/usr/bin/env escript
%% An HTTPS server by Erlang's ssl: https_erlang.escript PORT FILE, where FILE holds a list of more options of ssl:listen/2.

main([Port, File]) ->
    {ok, [Options]} = file:consult(File),
    {ok, _} = application:ensure_all_started(ssl),
    logger:set_primary_config(level, none),
    Own = [binary, {active, false}, {reuseaddr, true}, {ip, {127, 0, 0, 1}}],
    {ok, Socket} = ssl:listen(list_to_integer(Port), Own ++ Options),
    serve(Socket).

serve(Socket) ->
    case ssl:transport_accept(Socket) of
        {ok, Peer} ->
            Pid = spawn(fun() -> receive go -> answer(Peer) end end),
            ssl:controlling_process(Peer, Pid),
            Pid ! go;
        _ ->
            ok
    end,
    serve(Socket).

answer(Peer) ->
    case ssl:handshake(Peer, 10000) of
        {ok, Tls} ->
            ssl:recv(Tls, 0, 5000),
            ssl:send(Tls, <<"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nit works\n">>),
            ssl:close(Tls);
        _ ->
            ok
    end.
