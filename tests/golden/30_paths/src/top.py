# Databricks notebook source
print("top")
