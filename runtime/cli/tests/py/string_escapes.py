# Literals of str and bytes: escapes, raw, concatenation, line continuation, unicode names.
print("\a\b\f\v".encode(), "\x41\101\u0041\U00000041\N{LATIN SMALL LETTER A WITH ACUTE}\N{BULLET}")
print(r"\n\x41", R"\\", br"\d" b"\x00\xff", rb'\'', "a\
b", 'single "double"', "double 'single'", """triple
"quoted" 'text'""", '''x''y''')
print(len("\0"), len("\08"), "\1\12\123", "\377")
print(b"bytes\x00\x7f\x80\xff\t\n\\'", b'\'"', b"abc" b"def", bytes("é", "utf-8"))
print("con" "cat" 'ena' """tion""", ("long "
      "string"), "tab\there", 'nul\0end'.encode())
print("é" == "\xe9", "é" == "e\u0301", len("e\u0301"), "\ud83d\ude00" == "😀", len("\ud83d\ude00"), "\ud800" < "\uffff")
print("%s" % "\u00e9", "\u4e2d\u6587", "\N{GREEK SMALL LETTER ALPHA}\N{SNOWMAN}")
print(0x_ff, 0b1_0, 0o17, 1_000_000, 1e1_0, 1_0.5_0, 0xDEADBEEF, 00, 0_0, 1J, .5e-3, 0XaB, 0B11, 0O7)
print(u"unicode", U"x", B"b", bR"\x", Rb"\x")
for source in ("'\\N{NO SUCH NAME}'", "'\\x4'", "'\\u12'", "b'\\x4'", "b'é'", "'abc", "0777", "1__0", "0b12", "0xg", "1_", "'\\U00110000'"):
    try:
        eval(source)
    except SyntaxError as e:
        print(source, "->", e.msg)
